{#-
    Every threshold of the checks stands in expectations/graenser.yml and nowhere else. It is read
    while a model is compiled, so that SQL and suites cannot disagree. The path is relative to
    the project folder, which dbt makes its working folder.
-#}
{% macro graenser() %}
    {% set vaerdier = {} %}
    {% if execute %}
        {% set fil = run_query("select content from read_text('../expectations/graenser.yml')") %}
        {% for navn, graense in fromyaml(fil.columns[0].values()[0]).items() %}
            {% do vaerdier.update({navn: graense['vaerdi']}) %}
        {% endfor %}
    {% endif %}
    {{ return(vaerdier) }}
{% endmacro %}
