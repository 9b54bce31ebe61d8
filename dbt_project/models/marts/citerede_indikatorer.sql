with citater as (
    select
        *,
        {{ periode_foerste_maaned('opgjort_fra') }} as foerste_maaned,
        {{ periode_sidste_maaned('opgjort_til') }} as sidste_maaned
    from {{ ref('citater') }}
),

nyeste as (
    select max({{ periode_start('periode') }}) as maaned
    from {{ ref('int_daekning') }}
    where kilde = 'jobindsats'
),

final as (
    select
        citater.citat_id,
        citater.tekst,
        citater.art,
        citater.forbehold,
        citater.vaerdi,
        citater.enhed,
        citater.opgjort_tekst,
        citater.foerste_maaned as opgjort_fra,
        citater.sidste_maaned as opgjort_til,
        citater.citeret_aar,
        cast(date_diff('month', citater.sidste_maaned, nyeste.maaned) // 12 as integer)
            as alder_aar,
        citater.ministermaal_tema,
        citater.begreb,
        citater.kilde,
        citater.side
    from citater
    cross join nyeste
)

select * from final
order by citat_id
